/**
 * What is the same for every strategy: opening, transactions, page locks, change capture, the space map, checkpoint scheduling.
 *
 * <p>Exports nothing: applications come in through {@link dev.afterimage.api.PageStores}, tests and tools through
 * {@link dev.afterimage.spi.StoreEngine}.
 *
 * @provides dev.afterimage.api.StoreOpener the engine, for applications
 * @provides dev.afterimage.spi.StoreEngine the engine, with its surroundings in the caller's hands
 * @uses dev.afterimage.spi.RecoveryStrategyProvider the strategies there are
 * @uses dev.afterimage.spi.storage.DiskProvider the disks there are
 */
module dev.afterimage.engine {
    requires dev.afterimage.api;

    provides dev.afterimage.api.StoreOpener with dev.afterimage.engine.AfterimageEngine;
    provides dev.afterimage.spi.StoreEngine with dev.afterimage.engine.AfterimageEngine;

    uses dev.afterimage.spi.RecoveryStrategyProvider;
    uses dev.afterimage.spi.storage.DiskProvider;
}
