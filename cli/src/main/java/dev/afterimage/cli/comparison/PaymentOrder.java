package dev.afterimage.cli.comparison;

/**
 * One transfer of money.
 *
 * @param orderId the bank's number for it
 * @param from the paying account's key
 * @param to the receiving account's key
 * @param amountCents hundredths of the currency, greater than zero
 */
public record PaymentOrder(long orderId, long from, long to, long amountCents) {
}
