/** Scenarios and the stage they play on: every step is done by the store and by the reference model, and compared at once. */
@NullMarked
package dev.afterimage.spitests.play;

import org.jspecify.annotations.NullMarked;
