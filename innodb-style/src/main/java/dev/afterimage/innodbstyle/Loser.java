package dev.afterimage.innodbstyle;

import java.util.function.LongConsumer;

import dev.afterimage.buffer.FailureLatch;
import dev.afterimage.spi.RecoveredTransaction;

/**
 * A transaction that a crash left unfinished, rolled back while the store is open (rule A11), as InnoDB's recovery does it ({@code trx_rollback_or_clean_recovered}).
 *
 * <p>Each change is undone in a mini-transaction that shortens the undo log as well. So a crash, or a close, between any two is as good as none: the next recovery finds the log as short as it was left.
 */
final class Loser implements RecoveredTransaction {
    private final UndoLog log;
    private final PageGroup group;
    private final TransactionSystem transactions;
    private final FailureLatch failure;
    private volatile long changesLeft;

    Loser(UndoLog log, PageGroup group, TransactionSystem transactions, FailureLatch failure) {
        this.log = log;
        this.group = group;
        this.transactions = transactions;
        this.failure = failure;
    }

    @Override
    public long id() {
        return log.transactionId();
    }

    @Override
    public void forEachPage(LongConsumer pages) {
        // A lock costs more than a look into a set, and a large transaction has come back to its pages many times.
        PageSet distinct = new PageSet();
        log.forEachPage(distinct::add);
        distinct.forEach(pages);
        changesLeft = log.records();
    }

    @Override
    public long changesLeft() {
        return changesLeft;
    }

    @Override
    public boolean rollBack(int changes) {
        failure.check();
        for (int change = 0; change < changes && !log.isEmpty(); change++) {
            log.undoLast(group);
        }
        changesLeft = log.records();
        if (!log.isEmpty()) {
            return false;
        }
        log.end(group);
        transactions.rolledBack(log);
        return true;
    }
}
