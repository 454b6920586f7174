/** The conformance kit. */
@NullMarked
package dev.afterimage.spitests;

import org.jspecify.annotations.NullMarked;
