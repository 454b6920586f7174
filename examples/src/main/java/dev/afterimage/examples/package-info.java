/** Small programs, each runnable by one command. */
@NullMarked
package dev.afterimage.examples;

import org.jspecify.annotations.NullMarked;
