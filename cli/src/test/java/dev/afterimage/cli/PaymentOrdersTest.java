package dev.afterimage.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;

import dev.afterimage.cli.comparison.InputException;
import dev.afterimage.cli.comparison.PaymentOrder;
import dev.afterimage.cli.comparison.PaymentOrders;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("Payment orders")
class PaymentOrdersTest {
    private static final String HEADER = "order_id,from_account,to_bank,to_account,amount,category\n";

    @TempDir
    Path folder;

    @Test
    @DisplayName("The shipped file holds 6,471 orders over 10,204 accounts")
    void shipped() {
        PaymentOrders orders = PaymentOrders.read(Path.of("../examples/data/payment-orders.csv"));
        assertEquals(6471, orders.orders().size());
        assertEquals(3758 + 6446, orders.accounts().size());
        assertEquals(24520, orders.orders().get(0).amountCents());
    }

    @Test
    @DisplayName("A receiving account never shares its key with a paying one of the same number")
    void keys() throws IOException {
        PaymentOrder order = read("1,7,A,7,1.00,X\n").orders().get(0);
        assertTrue(order.from() != order.to());
        assertEquals(100, order.amountCents());
    }

    @TestFactory
    @DisplayName("A bad field is refused with its line, its column, what was expected and what was found")
    Stream<DynamicTest> badFields() {
        return Map.of(
                "x,2,YZ,4,5.00,HH", "column order_id: expected a whole number, found \"x\"",
                "1,,YZ,4,5.00,HH", "column from_account: expected a value, found \"\"",
                "1,-2,YZ,4,5.00,HH", "column from_account: expected a whole number from 0 to 17592186044415, found \"-2\"",
                "1,2,YZZ,4,5.00,HH", "column to_bank: expected one or two letters or digits, found \"YZZ\"",
                "1,2,YZ,4,-5.00,HH", "column amount: expected an amount greater than zero, found \"-5.00\"",
                "1,2,YZ,4,0,HH", "column amount: expected an amount greater than zero, found \"0\"",
                "1,2,YZ,4,5.001,HH", "column amount: expected at most two decimals, found \"5.001\"",
                "1,2,YZ,4,five,HH", "column amount: expected an amount such as 245.20, found \"five\"",
                "1,2,YZ", "column to_account: expected a value, found \"\"")
                .entrySet().stream().map(row -> DynamicTest.dynamicTest(row.getKey(), () -> {
                    InputException refused = assertThrows(InputException.class, () -> read("7,2,YZ,4,1.00,HH\n" + row.getKey() + "\n"));
                    assertEquals(folder.resolve("orders.csv") + ", line 3, " + row.getValue(), refused.getMessage());
                }));
    }

    @Test
    @DisplayName("A missing column is named, with the columns that were found")
    void missingColumn() throws IOException {
        Path file = Files.writeString(folder.resolve("orders.csv"), "order_id,from_account\n1,2\n");
        InputException refused = assertThrows(InputException.class, () -> PaymentOrders.read(file));
        assertTrue(refused.getMessage().startsWith(file + ", line 1: column to_account is missing"), refused.getMessage());
    }

    @Test
    @DisplayName("An empty file, a header alone, a missing file and a folder are refused")
    void nothingThere() throws IOException {
        Path empty = Files.writeString(folder.resolve("empty.csv"), "");
        assertTrue(assertThrows(InputException.class, () -> PaymentOrders.read(empty)).getMessage().contains("holds no payment order"));
        assertTrue(assertThrows(InputException.class, () -> read("")).getMessage().contains("holds no payment order"));
        assertTrue(assertThrows(InputException.class, () -> PaymentOrders.read(folder)).getMessage().contains("is a folder"));
        assertTrue(assertThrows(InputException.class, () -> PaymentOrders.read(folder.resolve("none"))).getMessage().contains("no such file"));
    }

    private PaymentOrders read(String rows) throws IOException {
        return PaymentOrders.read(Files.writeString(folder.resolve("orders.csv"), HEADER + rows));
    }
}
