/**
 * What you call, what you implement, and the disk beneath: interfaces, records, enums; no dependency but the JDK.
 *
 * <p>Three packages, and the arrows between them run one way: {@code dev.afterimage.spi} stands on {@code dev.afterimage.api}
 * and on {@code dev.afterimage.spi.storage}; these two stand on nothing.
 *
 * @uses dev.afterimage.api.StoreOpener the engine that opens stores
 */
module dev.afterimage.api {
    requires static transitive org.jspecify;

    exports dev.afterimage.api;
    exports dev.afterimage.spi;
    exports dev.afterimage.spi.storage;

    uses dev.afterimage.api.StoreOpener;
}
