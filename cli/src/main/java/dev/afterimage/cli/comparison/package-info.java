/** The side-by-side comparison: the same payment orders, the same killed process and the same simulated crashes for every strategy, in one table. */
@NullMarked
package dev.afterimage.cli.comparison;

import org.jspecify.annotations.NullMarked;
