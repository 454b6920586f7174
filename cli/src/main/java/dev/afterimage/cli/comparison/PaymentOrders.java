package dev.afterimage.cli.comparison;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.FieldMismatchStrategy;
import de.siegmar.fastcsv.reader.NamedCsvRecord;

/**
 * The payment orders of a CSV file; every complaint names file, line and column.
 *
 * @param source the file they come from
 * @param orders the orders, in the file's order
 */
public record PaymentOrders(Path source, List<PaymentOrder> orders) {
    private static final List<String> COLUMNS = List.of("order_id", "from_account", "to_bank", "to_account", "amount");
    private static final BigDecimal LARGEST_AMOUNT = new BigDecimal("1000000000000");

    /** Keeps the list from changing. */
    public PaymentOrders {
        orders = List.copyOf(orders);
    }

    /**
     * Reads a file.
     *
     * @throws InputException if it is missing, empty, lacks a column, or has a field that is not what it should be
     */
    public static PaymentOrders read(Path file) {
        if (!Files.exists(file)) {
            throw new InputException(file + ": no such file; expected a CSV file of payment orders");
        }
        if (Files.isDirectory(file)) {
            throw new InputException(file + ": is a folder; expected a CSV file of payment orders");
        }
        List<PaymentOrder> orders = new ArrayList<>();
        try (CsvReader<NamedCsvRecord> reader = CsvReader.builder().detectBomHeader(true).allowUnclosedQuote(false)
                .missingFieldStrategy(FieldMismatchStrategy.IGNORE).extraFieldStrategy(FieldMismatchStrategy.IGNORE)
                .ofNamedCsvRecord(file, StandardCharsets.UTF_8)) {
            for (NamedCsvRecord row : reader) {
                orders.add(order(new Row(file, row)));
            }
        } catch (IOException e) {
            throw InputException.of(file, "cannot be read", e);
        } catch (UncheckedIOException e) {
            throw InputException.of(file, "cannot be read", e.getCause());
        } catch (CsvParseException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw new InputException(file + ": " + e.getMessage() + (cause == e ? "" : ": " + cause.getMessage()), e);
        }
        if (orders.isEmpty()) {
            throw new InputException(file + ", line 1: the file holds no payment order; expected a header with the columns "
                    + String.join(", ", COLUMNS) + ", and one order a line");
        }
        return new PaymentOrders(file, orders);
    }

    /** The first orders only; all of them if there are not so many. */
    public PaymentOrders first(int count) {
        return new PaymentOrders(source, orders.subList(0, Math.min(count, orders.size())));
    }

    /** The keys of all accounts, in order of appearance. */
    public Set<Long> accounts() {
        Set<Long> accounts = new LinkedHashSet<>();
        for (PaymentOrder order : orders) {
            accounts.add(order.from());
            accounts.add(order.to());
        }
        return accounts;
    }

    private static PaymentOrder order(Row row) {
        long orderId = row.number("order_id");
        long from = row.number("from_account");
        long to = row.number("to_account") | row.bank("to_bank") << 44;
        return new PaymentOrder(orderId, from, to, row.amountCents("amount"));
    }

    /** One line of the file, read column by column. */
    private record Row(Path file, NamedCsvRecord row) {
        private static final long NUMBER_MAX = (1L << 44) - 1;

        private String field(String column) {
            if (!row.getHeader().contains(column)) {
                throw new InputException(file + ", line 1: column " + column + " is missing; expected " + String.join(", ", COLUMNS)
                        + ", found " + String.join(", ", row.getHeader()));
            }
            String field = row.findField(column).orElse("").strip();
            if (field.isEmpty()) {
                throw complaint(column, "a value", field);
            }
            return field;
        }

        private long number(String column) {
            String field = field(column);
            try {
                long number = Long.parseLong(field);
                if (number >= 0 && number <= NUMBER_MAX) {
                    return number;
                }
            } catch (NumberFormatException e) {
                throw complaint(column, "a whole number", field);
            }
            throw complaint(column, "a whole number from 0 to " + NUMBER_MAX, field);
        }

        /** One or two letters or digits as a number above all account numbers, so that no receiving account shares a paying one's key. */
        private long bank(String column) {
            String field = field(column);
            if (!field.matches("[A-Za-z0-9]{1,2}")) {
                throw complaint(column, "one or two letters or digits", field);
            }
            long code = field.charAt(0);
            return field.length() == 1 ? code : code << 7 | field.charAt(1);
        }

        private long amountCents(String column) {
            String field = field(column);
            BigDecimal amount;
            try {
                amount = new BigDecimal(field);
            } catch (NumberFormatException e) {
                throw complaint(column, "an amount such as 245.20", field);
            }
            if (amount.signum() <= 0) {
                throw complaint(column, "an amount greater than zero", field);
            }
            if (amount.compareTo(LARGEST_AMOUNT) > 0) {
                throw complaint(column, "an amount of at most " + LARGEST_AMOUNT, field);
            }
            try {
                return amount.movePointRight(2).setScale(0, RoundingMode.UNNECESSARY).longValueExact();
            } catch (ArithmeticException e) {
                throw complaint(column, "at most two decimals", field);
            }
        }

        private InputException complaint(String column, String expected, String found) {
            return new InputException(file + ", line " + row.getStartingLineNumber() + ", column " + column + ": expected " + expected
                    + ", found \"" + found + "\"");
        }
    }
}
