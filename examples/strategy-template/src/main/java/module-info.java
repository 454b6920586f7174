/** Strategy: not written yet. It exports nothing: {@link java.util.ServiceLoader} is the only door. */
module com.example.mystrategy {
    requires dev.afterimage.api;

    provides dev.afterimage.spi.RecoveryStrategyProvider with com.example.mystrategy.MyStrategyProvider;
}
