package dev.afterimage.aries;

import dev.afterimage.api.ConfigException;
import dev.afterimage.spi.storage.DeviceGuarantees;

/** What guards against torn pages: the values of the option {@code torn-page-protection}. The names are written in options, and the control file holds the ordinals: constants are only ever added, at the end. */
enum TornPages {
    /** The log holds the whole page since the redo point. */
    FULL_PAGE_IMAGES,
    /** The device writes a page whole or not at all. */
    NONE,
    /** Every page is written, and synced, to a second place first. */
    DOUBLEWRITE;

    /** Whether changes log page images. */
    boolean imagesAreLogged() {
        return this == FULL_PAGE_IMAGES;
    }

    /**
     * Refuses to rely on what the device does not promise.
     *
     * @throws ConfigException naming what it promises
     */
    void checkDevice(DeviceGuarantees guarantees, int pageSize) {
        if (this == NONE && guarantees.atomicWriteBytes() < pageSize) {
            throw new ConfigException("option torn-page-protection: none needs a device that writes pages of " + pageSize + " bytes whole or not at all; this one promises that for "
                    + guarantees.atomicWriteBytes() + " bytes; use full-page-images or doublewrite");
        }
    }
}
