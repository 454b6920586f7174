/** The kit on one strategy, run through the JUnit Platform. */
@NullMarked
package dev.afterimage.cli.conformance;

import org.jspecify.annotations.NullMarked;
