package dev.afterimage.bench;

import java.util.Arrays;
import java.util.Locale;

/** Figures of one thing measured several times. */
final class Samples {
    private double[] values = new double[0];

    void add(double value) {
        values = Arrays.copyOf(values, values.length + 1);
        values[values.length - 1] = value;
        Arrays.sort(values);
    }

    double median() {
        int middle = values.length / 2;
        return values.length % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
    }

    double smallest() {
        return values[0];
    }

    double largest() {
        return values[values.length - 1];
    }

    /** Median, smallest and largest, in the columns of the tables. */
    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%,8.0f   %,6.0f to %,6.0f", median(), smallest(), largest());
    }
}
