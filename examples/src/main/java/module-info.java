/** Small programs, each runnable by one command. */
module dev.afterimage.examples {
    requires dev.afterimage.api;

    exports dev.afterimage.examples; // each holds a main method to run and to copy
}
