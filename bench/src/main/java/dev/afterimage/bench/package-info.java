/** Benchmarks, each runnable by one command; what they measure and what came out is in {@code bench/README.md}. */
@NullMarked
package dev.afterimage.bench;

import org.jspecify.annotations.NullMarked;
