/** The reference model: what a store must hold, kept in plain maps outside the simulated disk. */
@NullMarked
package dev.afterimage.spitests.model;

import org.jspecify.annotations.NullMarked;
