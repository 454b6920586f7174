/** The kit on one strategy, run through the JUnit Platform: the class it discovers, and what listens to it. */
@NullMarked
package dev.afterimage.cli.conformance;

import org.jspecify.annotations.NullMarked;
