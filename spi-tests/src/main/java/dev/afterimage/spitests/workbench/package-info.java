/** A strategy driven directly, without an engine, for tests of what it does by itself. */
@NullMarked
package dev.afterimage.spitests.workbench;

import org.jspecify.annotations.NullMarked;
