/** The simulated disk against a real one: what a killed process leaves in a folder must be among what the simulation says it may leave. */
@NullMarked
package dev.afterimage.spitests.containment;

import org.jspecify.annotations.NullMarked;
