package dev.afterimage.spitests.play;

import java.util.Arrays;
import java.util.List;
import java.util.Map;

import dev.afterimage.api.Durability;

/**
 * One thing that a workload does. It says which page it means by the operation that took that page, so that it means the same page where other operations are left out; and it does
 * nothing where it can do nothing: without its page, without a transaction, where it would have to wait for a lock.
 *
 * @param kind what
 * @param actor who; 0 where nobody in particular
 * @param page number of the operation that took the page, {@link #ROOT} for the root page
 * @param from first slot to write, or which task or savepoint
 * @param to one past the last slot to write
 * @param level of a commit
 */
record Operation(Kind kind, int actor, int page, int from, int to, Durability level) {
    /** Stands for the root page. */
    static final int ROOT = -1;

    /** What there is to do. */
    enum Kind {
        CHECKPOINT, BACKGROUND, BACKGROUND_TASK, REOPEN, BEGIN, WRITE, READ, ALLOCATE, FREE, SAVEPOINT, ROLLBACK_TO, COMMIT, ROLLBACK
    }

    static Operation of(Kind kind, int actor) {
        return new Operation(kind, actor, ROOT, 0, 0, Durability.POWER_SAFE);
    }

    static Operation of(Kind kind, int actor, int page) {
        return new Operation(kind, actor, page, 0, 0, Durability.POWER_SAFE);
    }

    /** Whether it belongs to a transaction. */
    boolean isOfTransaction() {
        return kind.compareTo(Kind.BEGIN) >= 0;
    }

    /**
     * Does it.
     *
     * @param number its number in the workload
     * @param pages the pages that operations took, by their numbers; gets the one that this takes
     */
    void perform(Stage stage, int number, Map<Integer, Long> pages) {
        switch (kind) {
            case CHECKPOINT -> stage.checkpoint();
            case BACKGROUND -> stage.background();
            case BACKGROUND_TASK -> stage.backgroundTask(from);
            case REOPEN -> stage.reopen();
            default -> perform(stage, stage.actor(actor), number, pages);
        }
    }

    private void perform(Stage stage, Actor by, int number, Map<Integer, Long> pages) {
        if (by.active() == (kind == Kind.BEGIN)) {
            return;
        }
        switch (kind) {
            case BEGIN -> by.begin();
            case ALLOCATE -> {
                long page = by.allocate(from, to);
                if (page >= 0) {
                    pages.put(number, page);
                }
            }
            case SAVEPOINT -> by.savepoint();
            case ROLLBACK_TO -> {
                if (from < by.expected().savepoints()) {
                    by.rollbackTo(from);
                }
            }
            case COMMIT -> by.commit(level);
            case ROLLBACK -> by.rollback();
            default -> {
                Long target = page == ROOT ? Long.valueOf(stage.root()) : pages.get(page);
                if (target != null) {
                    perform(by, target);
                }
            }
        }
    }

    private void perform(Actor by, long target) {
        if (!by.expected().sees(target) || !by.expected().canLock(target, kind != Kind.READ)) {
            return;
        }
        switch (kind) {
            case WRITE -> by.write(target, from, to);
            case READ -> by.read(target);
            case FREE -> by.free(target);
            default -> throw new IllegalStateException(kind + " has no page");
        }
    }

    /** For each operation the number of the transaction it belongs to, or one of its own; numbers are those of the operations they begin with. */
    static int[] transactions(List<Operation> operations) {
        int[] numbers = new int[operations.size()];
        int[] open = new int[64];
        Arrays.fill(open, -1);
        for (int number = 0; number < numbers.length; number++) {
            Operation operation = operations.get(number);
            numbers[number] = number;
            if (operation.isOfTransaction()) {
                if (operation.kind == Kind.BEGIN || open[operation.actor] < 0) {
                    open[operation.actor] = number;
                }
                numbers[number] = open[operation.actor];
            }
        }
        return numbers;
    }
}
