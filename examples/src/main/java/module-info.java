/** Small programs, each runnable by one command. */
module dev.afterimage.examples {
    requires dev.afterimage.api;
}
