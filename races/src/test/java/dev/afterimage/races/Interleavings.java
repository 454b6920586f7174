package dev.afterimage.races;

import static org.jetbrains.lincheck.datastructures.ManagedStrategyGuaranteeKt.forClasses;

import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

import org.jetbrains.kotlinx.lincheck.Actor;
import org.jetbrains.kotlinx.lincheck.execution.ExecutionScenario;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Validate;
import org.jetbrains.lincheck.util.LoggingLevel;

import dev.afterimage.memory.OffHeapBytes;

/**
 * How hard Lincheck looks: it runs scenarios of a class's {@code @Operation} methods many times, with threads switched at another access to shared memory each time, and demands that what
 * the operations returned or threw could also have come from running them one after the other. A thread that waits for ever is a failure, too.
 */
public final class Interleavings {
    private static final int LOOP_ROUNDS = 10;
    /** More than there are stripes of page locks to go through. */
    private static final int LOOP_ROUNDS_LARGE = 70;

    private Interleavings() {
    }

    /**
     * In every build: each pair of operations, and each three where there are few.
     *
     * @param runs of each pair; chosen so that it takes about half a second
     */
    public static void few(Class<?> test, int runs) {
        each(test, 2, options(LOOP_ROUNDS).iterations(0).invocationsPerIteration(runs)).check(test);
        if (operations(test).size() <= 3) {
            each(test, 3, options(LOOP_ROUNDS).iterations(0).invocationsPerIteration(runs)).check(test);
        }
    }

    /** The same where correct loops are long: pairs alone. */
    public static void fewOfLongOnes(Class<?> test, int runs) {
        each(test, 2, options(LOOP_ROUNDS_LARGE).iterations(0).invocationsPerIteration(runs)).check(test);
    }

    /** In long campaigns: two operations on each thread, made up at random; a few minutes. */
    public static void many(Class<?> test) {
        options(LOOP_ROUNDS_LARGE).threads(2).actorsPerThread(2).iterations(40).invocationsPerIteration(1_000).check(test);
        options(LOOP_ROUNDS_LARGE).threads(3).actorsPerThread(2).iterations(20).invocationsPerIteration(2_000).check(test);
    }

    private static ModelCheckingOptions options(int loopRounds) {
        return new ModelCheckingOptions().actorsBefore(0).actorsAfter(0)
                // Bytes off the heap are out of Lincheck's sight: a test that needs a switch between two accesses to them puts an access of its own there.
                .addGuarantee(forClasses(OffHeapBytes.class.getName()).allMethods().ignore())
                .loopIterationsBeforeThreadSwitch(loopRounds).loopBound(5 * loopRounds)
                .logLevel(LoggingLevel.ERROR);
    }

    /** Every choice of so many operations, one on each thread. */
    private static ModelCheckingOptions each(Class<?> test, int threads, ModelCheckingOptions options) {
        Actor validation = Arrays.stream(test.getMethods()).filter(method -> method.isAnnotationPresent(Validate.class)).findAny()
                .map(method -> new Actor(method, List.of())).orElse(null);
        for (List<Method> chosen : choices(operations(test), threads)) {
            List<List<Actor>> parallel = chosen.stream().map(method -> List.of(new Actor(method, List.of()))).toList();
            options.addCustomScenario(new ExecutionScenario(List.of(), parallel, List.of(), validation));
        }
        return options;
    }

    private static List<Method> operations(Class<?> test) {
        return Arrays.stream(test.getMethods()).filter(method -> method.isAnnotationPresent(Operation.class)).sorted(Comparator.comparing(Method::getName)).toList();
    }

    private static List<List<Method>> choices(List<Method> operations, int size) {
        if (size == 0) {
            return List.of(List.of());
        }
        List<List<Method>> choices = new ArrayList<>();
        for (int first = 0; first < operations.size(); first++) {
            for (List<Method> rest : choices(operations.subList(first, operations.size()), size - 1)) {
                List<Method> choice = new ArrayList<>(List.of(operations.get(first)));
                choice.addAll(rest);
                if (mayRunAtOnce(choice)) {
                    choices.add(choice);
                }
            }
        }
        return choices;
    }

    private static boolean mayRunAtOnce(List<Method> choice) {
        Set<String> groups = new HashSet<>();
        return choice.stream().map(method -> method.getAnnotation(Operation.class).nonParallelGroup()).allMatch(group -> group.isEmpty() || groups.add(group));
    }
}
