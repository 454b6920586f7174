package dev.afterimage.buffer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.afterimage.memory.PageMemory;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The queues by themselves: of 40 frames, 8 are small's share, and a use counts once in two admissions. */
@DisplayName("Eviction's queues")
class EvictionQueuesTest {
    private static final int FRAMES = 40;

    private final SuspiciousSpace home = new SuspiciousSpace("home");
    private final PageMemory memory = PageMemory.allocate(64, FRAMES);
    private final Frame[] frames = new Frame[FRAMES];
    private final EvictionQueues queues;
    private int clock;

    EvictionQueuesTest() {
        for (int i = 0; i < FRAMES; i++) {
            frames[i] = new Frame(i, memory.page(i), 0);
        }
        queues = new EvictionQueues(frames);
    }

    @AfterEach
    void close() {
        memory.close();
    }

    private Frame admit(long number, boolean made) {
        Frame frame = queues.takeFree();
        frame.become(home, number, PageTable.key(home, number));
        queues.admit(frame, made);
        frame.publish(0);
        return frame;
    }

    private void admitAll() {
        for (int i = 0; i < FRAMES; i++) {
            assertSame(frames[i], admit(i, false));
        }
        assertNull(queues.takeFree());
    }

    private void use(Frame frame) {
        clock += queues.period();
        frame.touch(queues.admissions() + clock, queues.period());
    }

    private void leaves(int index) {
        Frame frame = queues.choose(false);
        assertSame(frames[index], frame);
        assertTrue(frame.isOwned());
    }

    private void release(Frame frame) {
        frame.become(null, 0, 0);
        queues.release(frame);
    }

    private void makeDirty(Frame frame) {
        frame.noteChange(5);
    }

    @Test
    @DisplayName("hand out free frames, low ones first, and those given back before others")
    void free() {
        assertEquals(2, queues.period());
        for (int i = 0; i < FRAMES; i++) {
            assertSame(frames[i], queues.takeFree());
        }
        assertNull(queues.takeFree());
        assertNull(queues.choose(false));
        release(frames[7]);
        release(frames[3]);
        assertSame(frames[3], queues.takeFree());
        assertSame(frames[7], queues.takeFree());
        assertNull(queues.takeFree());
    }

    @Test
    @DisplayName("let unused pages leave in the order of their coming, each once")
    void order() {
        admitAll();
        assertEquals(FRAMES, queues.admissions());
        for (int i = 0; i < FRAMES; i++) {
            leaves(i);
        }
        assertNull(queues.choose(false));
    }

    @Test
    @DisplayName("take a frame out from anywhere when its page is forgotten")
    void forgotten() {
        admitAll();
        for (int gone : new int[] {0, 20, 39}) {
            assertTrue(frames[gone].tryOwn());
            release(frames[gone]);
        }
        for (int i = 1; i < FRAMES - 1; i++) {
            if (i != 20) {
                leaves(i);
            }
        }
        assertNull(queues.choose(false));
    }

    @Test
    @DisplayName("keep a used page for as many rounds of main as it was used, and let small shrink to its share before main gives any")
    void rounds() {
        admitAll();
        for (int i = 0; i < 20; i++) {
            use(frames[i]);
        }
        for (int i = 20; i < 33; i++) {
            leaves(i); // on the way, the first twenty went over to main, unused again
        }
        for (int i = 0; i < 20; i++) {
            assertEquals(0, frames[i].frequency());
        }
        use(frames[0]);
        use(frames[0]);
        use(frames[1]);
        for (int i = 2; i < 20; i++) {
            leaves(i); // seven are left in small, fewer than its share
        }
        leaves(1);
        leaves(0);
        for (int i = 33; i < FRAMES; i++) {
            leaves(i); // main is empty
        }
        assertNull(queues.choose(false));
    }

    @Test
    @DisplayName("send a page that comes back soon to main, but not one that is made anew, nor one that left from main")
    void ghosts() {
        admitAll();
        for (int i = 0; i < 10; i++) {
            leaves(i);
            release(frames[i]);
        }
        Frame back = admit(3, false);
        Frame made = admit(4, true);
        Frame backNoMore = admit(4, false); // the ghost was used up
        Frame stranger = admit(1000, false);
        for (int i = 10; i < 36; i++) {
            leaves(i);
        }
        assertSame(back, queues.choose(false), "seven are left in small, fewer than its share, so main is next");
        release(back);
        for (int i = 36; i < FRAMES; i++) {
            leaves(i);
        }
        assertSame(made, queues.choose(false));
        assertSame(backNoMore, queues.choose(false));
        assertSame(stranger, queues.choose(false));
        assertNull(queues.choose(false));
        release(made);
        Frame before = admit(2000, false);
        Frame fromMain = admit(3, false);
        assertSame(before, queues.choose(false), "page 3 left from main, and is as new");
        assertSame(fromMain, queues.choose(false));
    }

    @Test
    @DisplayName("pass over pinned pages, which come last then, and say so where all are in use")
    void pinned() {
        admitAll();
        assertEquals(Frame.Pinning.PINNED, frames[0].tryPin(home, 0));
        leaves(1);
        frames[0].unpin();
        for (int i = 2; i < FRAMES; i++) {
            leaves(i);
        }
        assertEquals(Frame.Pinning.PINNED, frames[0].tryPin(home, 0));
        assertNull(queues.choose(false));
        frames[0].unpin();
        leaves(0);
    }

    @Test
    @DisplayName("pass over dirty pages where only clean ones can leave; otherwise give them to be written, and let go of them only if they are still unused and clean then")
    void dirty() {
        admitAll();
        for (int i = 0; i < FRAMES; i++) {
            if (i != 9) {
                makeDirty(frames[i]);
            }
        }
        assertSame(frames[9], queues.choose(true));
        assertNull(queues.choose(true));
        Frame frame = queues.choose(false);
        assertTrue(frame.isBeingWritten() && !frame.isOwned());
        assertFalse(queues.leaveAfterWriting(frame), "it is dirty still");
        assertTrue(frame.isBeingWritten() && !frame.isOwned());
        assertEquals(Frame.Pinning.PINNED, frame.tryPin(home, frame.number()));
        frame.latchShared();
        frame.written(frame.changes());
        frame.unlatchShared();
        assertFalse(queues.leaveAfterWriting(frame), "it is pinned");
        frame.unpin();
        assertTrue(queues.leaveAfterWriting(frame));
        assertTrue(frame.isOwned());
        release(frame);
        assertSame(frame, queues.takeFree());
    }

    @Test
    @DisplayName("name to the background writer the dirty pages near the end that nobody uses, as long as few frames are free")
    void nearTheEnd() {
        admitAll();
        for (int i = 0; i < FRAMES; i++) {
            makeDirty(frames[i]);
        }
        use(frames[1]);
        assertEquals(Frame.Pinning.PINNED, frames[2].tryPin(home, 2));
        Frame[] batch = new Frame[12];
        assertEquals(4, queues.collectDirtyNearTheEnd(batch)); // six are looked at
        assertSame(frames[0], batch[0]);
        assertSame(frames[3], batch[1]);
        assertSame(frames[4], batch[2]);
        assertSame(frames[5], batch[3]);
        assertNull(batch[4]);
        for (int i = 20; i < 31; i++) {
            assertTrue(frames[i].tryOwn());
            release(frames[i]);
        }
        assertEquals(4, queues.collectDirtyNearTheEnd(batch));
        assertTrue(frames[31].tryOwn());
        release(frames[31]);
        assertEquals(0, queues.collectDirtyNearTheEnd(batch), "as many are free as would be written");
    }

    @Test
    @DisplayName("keep their lock behind no call")
    void locks() throws InterruptedException {
        admitAll();
        makeDirty(frames[0]);
        Frame[] batch = new Frame[12];
        inAThreadOfItsOwn(() -> assertNull(queues.takeFree()));
        inAThreadOfItsOwn(() -> assertSame(frames[0], queues.choose(false)));
        inAThreadOfItsOwn(() -> assertFalse(queues.leaveAfterWriting(frames[0])));
        frames[0].latchShared();
        frames[0].written(frames[0].changes());
        frames[0].unlatchShared();
        inAThreadOfItsOwn(() -> assertTrue(queues.leaveAfterWriting(frames[0])));
        inAThreadOfItsOwn(() -> release(frames[0]));
        inAThreadOfItsOwn(() -> admit(50, false));
        inAThreadOfItsOwn(() -> assertEquals(0, queues.collectDirtyNearTheEnd(batch)));
        inAThreadOfItsOwn(() -> assertNull(queues.takeFree()));
    }

    private static void inAThreadOfItsOwn(Runnable call) throws InterruptedException {
        Thread thread = new Thread(call);
        thread.setDaemon(true);
        thread.start();
        thread.join(TimeUnit.SECONDS.toMillis(30));
        assertFalse(thread.isAlive(), "somebody else has kept the lock");
    }
}
