package dev.afterimage.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.concurrent.Callable;

import dev.afterimage.api.Durability;
import dev.afterimage.cli.comparison.EndlessTransfers;
import dev.afterimage.cli.comparison.PaymentOrders;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code afterimage transfers}: the process that {@code compare} kills; hidden, as nobody else has a use for it. */
@Command(name = "transfers", hidden = true, mixinStandardHelpOptions = true,
        description = "Make transfers until killed, writing the number of each acknowledged one to standard output.")
final class TransfersCommand implements Callable<Integer> {
    @Option(names = "--location", required = true, description = "Where the store is.")
    private String location;

    @Option(names = "--strategy", required = true, description = "The strategy that made it.")
    private String strategy;

    @Option(names = "--orders", required = true, description = "The CSV file of payment orders.")
    private Path orders;

    @Option(names = "--durability", required = true, description = "The level each transfer waits for.")
    private Durability durability;

    @Mixin
    private ModulePathOption modulePath;

    @Override
    public Integer call() {
        FileOutputStream acknowledged = new FileOutputStream(FileDescriptor.out);
        EndlessTransfers.run(location, strategy, PaymentOrders.read(orders), durability, transfer -> {
            try {
                // One write call for each number: the pipe takes it whole, so threads cannot mix, and a kill cannot split it.
                acknowledged.write(ByteBuffer.allocate(Integer.BYTES).putInt(transfer).array());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        return Afterimage.OK;
    }
}
