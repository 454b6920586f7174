/** What is checked: crash states by the oracle, and the rules that need faults of their own. */
@NullMarked
package dev.afterimage.spitests.check;

import org.jspecify.annotations.NullMarked;
