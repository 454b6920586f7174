/** Copy on write and an atomic root flip. */
@NullMarked
package dev.afterimage.shadowpaging;

import org.jspecify.annotations.NullMarked;
