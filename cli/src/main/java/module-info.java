/** The {@code afterimage} command. */
module dev.afterimage.cli {
    requires dev.afterimage.api;
}
