/** What can be watched while a scenario runs. */
@NullMarked
package dev.afterimage.spitests.monitor;

import org.jspecify.annotations.NullMarked;
