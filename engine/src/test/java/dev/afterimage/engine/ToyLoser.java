package dev.afterimage.engine;

import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.LongConsumer;

import dev.afterimage.spi.RecoveredTransaction;

/** The undo log of a toy transaction that changes pages in place: used while it runs, written by checkpoints, and used again after a crash. */
final class ToyLoser implements RecoveredTransaction {
    /** Bytes to put back, from an offset on; or, with offset -1, a whole page, or none. */
    private record Undo(long page, int offset, byte[] before) {
    }

    private final long id;
    private final Map<Long, byte[]> pages;
    private final Consumer<ToyLoser> whenDone;
    private final List<Undo> undo = new ArrayList<>();
    private int left;
    private boolean recovered;

    ToyLoser(long id, Map<Long, byte[]> pages, Consumer<ToyLoser> whenDone) {
        this.id = id;
        this.pages = pages;
        this.whenDone = whenDone;
    }

    void add(long page, int offset, byte[] before) {
        undo.add(new Undo(page, offset, before));
    }

    void undoTo(int mark) {
        while (undo.size() > mark) {
            apply(undo.remove(undo.size() - 1));
        }
    }

    private void apply(Undo change) {
        if (change.offset >= 0) {
            System.arraycopy(change.before, 0, pages.get(change.page), change.offset, change.before.length);
        } else if (change.before.length == 0) {
            pages.remove(change.page);
        } else {
            pages.put(change.page, change.before);
        }
    }

    void encode(DataOutputStream out) throws IOException {
        out.writeLong(id);
        List<Undo> todo = recovered ? undo.subList(0, left) : undo;
        out.writeInt(todo.size());
        for (Undo change : todo) {
            out.writeLong(change.page);
            out.writeInt(change.offset);
            out.writeInt(change.before.length);
            out.write(change.before);
        }
    }

    static ToyLoser decode(ByteBuffer in, Map<Long, byte[]> pages, Consumer<ToyLoser> whenDone) {
        ToyLoser loser = new ToyLoser(in.getLong(), pages, whenDone);
        for (int count = in.getInt(); count > 0; count--) {
            long page = in.getLong();
            int offset = in.getInt();
            byte[] before = new byte[in.getInt()];
            in.get(before);
            loser.add(page, offset, before);
        }
        loser.left = loser.undo.size();
        loser.recovered = true;
        return loser;
    }

    @Override
    public long id() {
        return id;
    }

    @Override
    public void forEachPage(LongConsumer each) {
        undo.forEach(change -> each.accept(change.page));
    }

    int size() {
        return undo.size();
    }

    @Override
    public long changesLeft() {
        return left;
    }

    @Override
    public boolean rollBack(int changes) {
        for (int count = 0; count < changes && left > 0; count++) {
            apply(undo.get(--left));
        }
        if (left == 0) {
            whenDone.accept(this);
        }
        return left == 0;
    }
}
