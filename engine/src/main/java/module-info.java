/** What is the same for every strategy: opening, transactions, page locks, change capture, the space map, checkpoint scheduling. */
module dev.afterimage.engine {
    requires dev.afterimage.api;
}
