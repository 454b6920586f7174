package dev.afterimage.cli.comparison;

import java.util.BitSet;

import dev.afterimage.api.ReadablePage;
import dev.afterimage.api.Transaction;
import dev.afterimage.api.TransactionOptions;

/**
 * What a full reading of a ledger found.
 *
 * @param applied the numbers of the transfers in the journal
 * @param tornAccounts accounts whose balance is not what they began with and what the journal says
 * @param doubledTransfers journal entries whose transfer stands there already
 * @param totalCents the sum over all accounts
 * @param expectedTotalCents what the sum was at the beginning
 */
public record LedgerAudit(BitSet applied, int tornAccounts, int doubledTransfers, long totalCents, long expectedTotalCents) {

    /** Reads everything, in one read-only transaction. */
    public static LedgerAudit of(Ledger ledger) {
        return ledger.store.call(TransactionOptions.READ_ONLY, transaction -> read(ledger, transaction));
    }

    private static LedgerAudit read(Ledger ledger, Transaction transaction) {
        BitSet applied = new BitSet();
        long[] expected = new long[ledger.accountPages.length * ledger.accountsPerPage];
        int doubled = 0;
        long[] heads = new long[ledger.lanes()];
        try (ReadablePage root = transaction.read(ledger.store.rootPageId())) {
            for (int lane = 0; lane < heads.length; lane++) {
                heads[lane] = root.getLong(Ledger.LANE_HEADS + 8 * lane);
            }
        }
        for (long head : heads) {
            for (Ledger.PageChain chain = new Ledger.PageChain(transaction, head); chain.hasNext();) {
                doubled += readJournalPage(transaction, chain.next(), applied, expected);
            }
        }
        int torn = 0;
        long total = 0;
        for (int p = 0; p < ledger.accountPages.length; p++) {
            try (ReadablePage page = transaction.read(ledger.accountPages[p])) {
                for (int i = 0; i < page.getInt(Ledger.COUNT); i++) {
                    long balance = page.getLong(Ledger.RECORDS + i * Ledger.ACCOUNT_BYTES + 8);
                    total += balance;
                    torn += balance == Ledger.OPENING_BALANCE_CENTS + expected[p * ledger.accountsPerPage + i] ? 0 : 1;
                }
            }
        }
        return new LedgerAudit(applied, torn, doubled, total, ledger.indexOfAccount.size() * Ledger.OPENING_BALANCE_CENTS);
    }

    private static int readJournalPage(Transaction transaction, long pageId, BitSet applied, long[] expected) {
        int doubled = 0;
        try (ReadablePage page = transaction.read(pageId)) {
            for (int entry = 0; entry < page.getInt(Ledger.COUNT); entry++) {
                int at = Ledger.RECORDS + entry * Ledger.ENTRY_BYTES;
                int transfer = (int) page.getLong(at);
                doubled += applied.get(transfer) ? 1 : 0;
                applied.set(transfer);
                expected[page.getInt(at + 24)] -= page.getLong(at + 16);
                expected[page.getInt(at + 28)] += page.getLong(at + 16);
            }
        }
        return doubled;
    }

    /** Transfers of {@code acknowledged} that are not in the journal. */
    public int lost(BitSet acknowledged) {
        BitSet lost = (BitSet) acknowledged.clone();
        lost.andNot(applied);
        return lost.cardinality();
    }

    /** Transfers half there, or there twice, and a sum that is not what it was. */
    public int torn() {
        return tornAccounts + doubledTransfers + (totalCents == expectedTotalCents ? 0 : 1);
    }
}
