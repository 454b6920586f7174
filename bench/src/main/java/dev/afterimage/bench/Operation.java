package dev.afterimage.bench;

import java.io.IOException;

/** What one thread does again and again while it is measured. */
interface Operation {
    void once() throws IOException;
}
