/** Clocks and background work in the hands of a test (rule N1). */
@NullMarked
package dev.afterimage.spitests.simulation;

import org.jspecify.annotations.NullMarked;
