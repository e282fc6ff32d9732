package io.atomflux.testkit;

import io.atomflux.Store;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.LongFunction;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.reactivestreams.Publisher;
import org.reactivestreams.tck.PublisherVerification;
import org.reactivestreams.tck.TestEnvironment;
import org.testng.SkipException;
import org.testng.annotations.Test;

/**
 * The technology compatibility kit of Reactive Streams 1.0.4, run on a row view and a column view; part of {@link
 * ObjectStoreContract}.
 *
 * <p>Its tests are TestNG's; each becomes a dynamic test here. Optional rules that do not apply to finite publishers are
 * skipped by the kit itself and left out of the result.
 */
abstract class ReactiveStreamsFacet<E> extends StoreFacet<E> {

    private static final int MOST = 64;
    private static final long TIMEOUT_MILLIS = 400;
    private static final long SILENCE_MILLIS = 20;

    ReactiveStreamsFacet(StoreContract<E> contract) {
        super(contract);
    }

    @TestFactory
    @DisplayName("a row view keeps the rules of Reactive Streams")
    final List<DynamicTest> rowView() {
        Store<E> store = openWith(MOST);
        return rules(count -> store.rows(0, count));
    }

    @TestFactory
    @DisplayName("a column view keeps the rules of Reactive Streams")
    final List<DynamicTest> columnView() {
        Store<E> store = openWith(MOST);
        return rules(count -> store.column(ENERGY).rows(0, count));
    }

    private List<DynamicTest> rules(LongFunction<Publisher<?>> views) {
        List<DynamicTest> tests = new ArrayList<>();
        for (Method rule : PublisherVerification.class.getMethods()) {
            if (rule.isAnnotationPresent(Test.class)) {
                tests.add(DynamicTest.dynamicTest(rule.getName(), () -> check(rule, views)));
            }
        }
        tests.sort(Comparator.comparing(DynamicTest::getDisplayName));
        return tests;
    }

    private void check(Method rule, LongFunction<Publisher<?>> views) throws Throwable {
        PublisherVerification<Object> kit =
                new PublisherVerification<>(new TestEnvironment(TIMEOUT_MILLIS, SILENCE_MILLIS)) {
                    @Override
                    @SuppressWarnings("unchecked")
                    public Publisher<Object> createPublisher(long elements) {
                        return (Publisher<Object>) views.apply(elements);
                    }

                    @Override
                    @SuppressWarnings(
                            "NullAway") // null is the kit's way to say: errors show when rows are asked for, not before
                    public Publisher<Object> createFailedPublisher() {
                        return null;
                    }

                    @Override
                    public long maxElementsFromPublisher() {
                        return MOST;
                    }
                };
        kit.setUp();
        try {
            rule.invoke(kit);
        } catch (InvocationTargetException e) {
            if (!(e.getCause() instanceof SkipException)) {
                throw e.getCause() == null ? e : e.getCause();
            }
        }
    }
}
