/** ARIES. */
@org.jspecify.annotations.NullMarked
package dev.afterimage.aries;
