package dev.afterimage.spitests.schedule;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A class file whose constant pool names other classes than the compiler put there (JVM specification, 4.4). Nothing but names changes: no instruction, no length of code.
 *
 * <p>Where a class is replaced as a whole, its name and every descriptor that mentions it are. Where single methods are, as of {@link Thread}, their references get a
 * class of their own at the end of the pool.
 */
final class ClassFile {
    private static final Map<String, Class<?>> REPLACED = Map.of("java/util/concurrent/locks/ReentrantLock", TurnLock.class, "java/util/concurrent/locks/StampedLock", TurnLatch.class,
            "java/util/concurrent/locks/LockSupport", TurnParking.class);
    private static final Set<String> METHODS_OF_THREAD = Set.of("onSpinWait", "sleep");
    private static final int UTF8 = 1;
    private static final int LONG = 5;
    private static final int DOUBLE = 6;
    private static final int CLASS = 7;
    private static final int METHOD = 10;
    private static final int NAME_AND_TYPE = 12;

    private final byte[] bytes;
    private final List<Entry> pool = new ArrayList<>();
    private int end;

    /** One constant: text for a UTF-8 one, otherwise the bytes behind the tag; null is the second place of a long or double. */
    private static final class Entry {
        private final int tag;
        private String text = "";
        private byte[] rest = {};

        Entry(int tag) {
            this.tag = tag;
        }

        int first() {
            return (rest[0] & 0xFF) << 8 | rest[1] & 0xFF;
        }

        int second() {
            return (rest[2] & 0xFF) << 8 | rest[3] & 0xFF;
        }

        void first(int index) {
            rest[0] = (byte) (index >> 8);
            rest[1] = (byte) index;
        }
    }

    private ClassFile(byte[] bytes) {
        this.bytes = bytes;
    }

    /** The class file with the scheduler's classes in place of the JDK's. */
    static byte[] relinked(byte[] bytes) throws IOException {
        ClassFile file = new ClassFile(bytes);
        file.read();
        file.replaceClasses();
        file.replaceMethodsOfThread();
        return file.written();
    }

    private void read() throws IOException {
        DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes));
        in.skipBytes(8);
        int count = in.readUnsignedShort();
        pool.add(new Entry(0));
        while (pool.size() < count) {
            Entry entry = new Entry(in.readUnsignedByte());
            pool.add(entry);
            if (entry.tag == UTF8) {
                entry.text = in.readUTF();
            } else {
                entry.rest = in.readNBytes(length(entry.tag));
            }
            if (entry.tag == LONG || entry.tag == DOUBLE) {
                pool.add(new Entry(0));
            }
        }
        end = bytes.length - in.available();
    }

    private static int length(int tag) throws IOException {
        return switch (tag) {
            case 3, 4, 9, METHOD, 11, NAME_AND_TYPE, 17, 18 -> 4;
            case LONG, DOUBLE -> 8;
            case CLASS, 8, 16, 19, 20 -> 2;
            case 15 -> 3;
            default -> throw new IOException("constant pool: expected a known tag, found " + tag);
        };
    }

    private void replaceClasses() {
        Map<String, String> names = new LinkedHashMap<>();
        REPLACED.forEach((from, to) -> names.put(from, internalName(to)));
        for (Entry entry : pool) {
            if (entry.tag == UTF8 && entry.text.contains("java/util/concurrent/locks/")) {
                String whole = names.get(entry.text);
                for (Map.Entry<String, String> name : names.entrySet()) {
                    entry.text = entry.text.replace('L' + name.getKey() + ';', 'L' + name.getValue() + ';');
                }
                entry.text = whole == null ? entry.text : whole;
            }
        }
    }

    private void replaceMethodsOfThread() {
        int parking = 0;
        for (Entry entry : List.copyOf(pool)) {
            if (entry.tag == METHOD && text(pool.get(entry.first())).equals("java/lang/Thread") && METHODS_OF_THREAD.contains(text(pool.get(entry.second())))) {
                if (parking == 0) {
                    Entry name = new Entry(UTF8);
                    name.text = internalName(TurnParking.class);
                    pool.add(name);
                    Entry type = new Entry(CLASS);
                    type.rest = new byte[2];
                    type.first(pool.size() - 1);
                    pool.add(type);
                    parking = pool.size() - 1;
                }
                entry.first(parking);
            }
        }
    }

    /** The name that a class, or a name with its type, stands for. */
    private String text(Entry entry) {
        return pool.get(entry.first()).text;
    }

    private static String internalName(Class<?> type) {
        return type.getName().replace('.', '/');
    }

    private byte[] written() throws IOException {
        ByteArrayOutputStream target = new ByteArrayOutputStream(bytes.length + 256);
        DataOutputStream out = new DataOutputStream(target);
        out.write(bytes, 0, 8);
        out.writeShort(pool.size());
        for (Entry entry : pool) {
            if (entry.tag != 0) {
                out.writeByte(entry.tag);
                if (entry.tag == UTF8) {
                    out.writeUTF(entry.text);
                } else {
                    out.write(entry.rest);
                }
            }
        }
        out.write(bytes, end, bytes.length - end);
        return target.toByteArray();
    }
}
