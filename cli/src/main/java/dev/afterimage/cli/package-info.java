/** The {@code afterimage} command: one class per subcommand, each with its options, its help and its exit status. */
@NullMarked
package dev.afterimage.cli;

import org.jspecify.annotations.NullMarked;
