/** What the command {@code bench} asks of the harness that measures, and what it gets: the one package of the command that another module sees, for the harness lives in {@code bench} with what it needs. */
@NullMarked
package dev.afterimage.cli.benchmark;

import org.jspecify.annotations.NullMarked;
