using Headrace.Producing;

namespace Headrace.Tests.Producing;

public sealed class ProduceScopeTests
{
    private static readonly RecordPosition Place = new("invoices", 0, 7);
    private static readonly ProduceException Refused = new("refused", "invoices", 29, possiblyPersisted: false);

    private readonly ProduceScopes _scopes = new();
    private readonly MessageContext _context = MessageContext.ForTest("order");

    [Fact]
    public async Task A_record_waits_for_what_its_handler_did_not_await()
    {
        ProduceScope? scope = null;
        var running = _scopes.FilterAsync(_context, _ => Produce(out scope)).AsTask();
        Assert.False(running.IsCompleted);

        scope!.Delivered(0, Place, null);

        await running.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_failure_fails_the_record_whether_or_not_the_handler_saw_it(bool isDoneBeforeTheHandler)
    {
        ProduceScope? scope = null;
        var running = _scopes.FilterAsync(_context, async _ =>
        {
            await Produce(out scope);
            if (isDoneBeforeTheHandler)
            {
                scope.Delivered(0, Place, Refused);
            }

            await Task.Yield();
        }).AsTask();
        if (!isDoneBeforeTheHandler)
        {
            scope!.Delivered(0, Place, Refused);
        }

        Assert.Same(Refused, await Assert.ThrowsAsync<ProduceException>(() => running));
    }

    [Fact]
    public async Task A_record_given_up_waits_no_more()
    {
        using var lost = new CancellationTokenSource();
        var running = _scopes.FilterAsync(MessageContext.ForTest("order", cancellation: lost.Token), _ => Produce(out var _)).AsTask();

        await lost.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    [Fact]
    public async Task The_scope_ends_with_its_record()
    {
        ProduceScope? inside = null;
        await _scopes.FilterAsync(_context, _ =>
        {
            inside = ProduceScope.Current;
            return default;
        });

        Assert.Null(ProduceScope.Current);
        Assert.False(inside!.TryBegin());
    }

    [Fact]
    public async Task Handlers_that_run_at_once_have_scopes_of_their_own_and_keep_the_callers_context()
    {
        var ambient = new AsyncLocal<int>();
        var gate = new TaskCompletionSource();
        var scopes = new HashSet<ProduceScope>();
        async ValueTask HandleAsync(int number)
        {
            var before = ProduceScope.Current!;
            await gate.Task;
            Assert.Same(before, ProduceScope.Current);
            Assert.Equal(number, ambient.Value);
            lock (scopes)
            {
                Assert.True(scopes.Add(before));
            }
        }

        for (var round = 0; round < 3; round++)
        {
            (gate, var running) = (new(), new List<Task>());
            scopes.Clear();
            for (var number = 0; number < 10; number++)
            {
                var mine = ambient.Value = number;
                running.Add(_scopes.FilterAsync(_context, _ => HandleAsync(mine)).AsTask());
                Assert.Equal(number, ambient.Value);
            }

            gate.SetResult();
            await Task.WhenAll(running).WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        }
    }

    [Fact]
    public void A_record_whose_handler_produces_nothing_allocates_nothing()
    {
        MessageDelegate nothing = static _ => default;
        void HandleMany()
        {
            for (var i = 0; i < 1_000; i++)
            {
                AssertDone(_scopes.FilterAsync(_context, nothing));
            }
        }

        HandleMany();
        var before = GC.GetAllocatedBytesForCurrentThread();
        HandleMany();

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static void AssertDone(in ValueTask running) => Assert.True(running.IsCompletedSuccessfully);

    private static ValueTask Produce(out ProduceScope scope)
    {
        scope = ProduceScope.Current!;
        Assert.True(scope.TryBegin());
        return default;
    }
}
