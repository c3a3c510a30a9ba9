using Headrace.Failures;
using Headrace.Tests.Testing;

namespace Headrace.Tests.Failures;

/// <summary>
/// One partition of a group that keeps the order of its keys, with its parking, redrive and dead-letter partitions, in memory and in one thread: the pipeline is the real one, what the
/// engine does is chance – which key is next, when somebody redrives or discards, when the member starts anew.
/// </summary>
internal sealed class PartitionSimulation : IDisposable
{
    private const string ParkedTopic = "orders.billing.parked";
    private const string RedriveTopic = "orders.billing.redrive";
    private static readonly TimeSpan Long = TimeSpan.FromHours(1);

    private readonly Random _random;
    private readonly GroupUnderTest _group;
    private readonly Dictionary<(string Key, int Number), int> _failures = [];
    private readonly Dictionary<string, List<(OutgoingRecord Record, bool IsSettled)>> _logs = new() { ["orders"] = [], [ParkedTopic] = [], [RedriveTopic] = [] };
    private readonly Dictionary<(string Topic, string Key), Lane> _lanes = [];
    private readonly List<OutgoingRecord> _letters = [];
    private readonly HashSet<(string? Offset, string? Redrives)> _known = [];
    private readonly HashSet<(string Key, int Number)> _discarded = [];
    private readonly bool _crashes;
    private int _taken;

    public PartitionSimulation(int seed, bool crashes = false)
    {
        (_random, _crashes) = (new(seed), crashes);
        var atMost = _random.Next(3) == 0 ? 3 : 1_000;
        _group = new(billing => billing
            .WithOrderKept(atMost)
            .WithRetryTopics(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(5))
            .WithFailurePolicy(policy => policy.Attempts = 2)
            .MapTopic("orders").On((OrderPlaced order) => Handle(order.OrderId, (int)order.Total)))
        {
            Woken = (topic, _, key) => _lanes.GetValueOrDefault((topic, TextOf(key)))?.Wake(),
        };
        foreach (var (key, number) in Enumerable.Range(0, 60).Select(number => ($"k{_random.Next(4)}", number)))
        {
            Append(new("orders", key, System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(new OrderPlaced(key, number), System.Text.Json.JsonSerializerOptions.Web)) { Partition = 3, Headers = [] });
            _failures[(key, number)] = _random.Next(4) == 0 ? _random.Next(9) : 0;
            Origin.GetOrAdd(key).Add(number);
        }
    }

    /// <summary>The numbers of each key as they are in the topic, without those that were discarded.</summary>
    public Lists Origin { get; } = new();

    /// <summary>The numbers of each key as they were handled.</summary>
    public Lists Seen { get; } = new();

    /// <summary>Times that the process ended in the middle of a record.</summary>
    public int Crashes { get; private set; }

    public async Task RunAsync()
    {
        for (var steps = 0; ; steps++)
        {
            Assert.True(steps < 20_000, "It never ends.");
            Take();
            if (_random.Next(40) == 0)
            {
                Restart();
            }

            if (_letters.Count > 0 && _random.Next(20) == 0)
            {
                Resolve();
            }

            var now = _group.Time.GetUtcNow();
            var ready = _lanes.Where(lane => lane.Value.IsReady(now)).ToList();
            if (ready.Count > 0)
            {
                await StepAsync(ready[_random.Next(ready.Count)]);
            }
            else if (_lanes.Values.Where(lane => lane.Due < now + Long).Select(lane => lane.Due).DefaultIfEmpty(DateTimeOffset.MaxValue).Min() is var due && due < DateTimeOffset.MaxValue)
            {
                _group.Time.Advance(due - now);
            }
            else if (_letters.Count > 0)
            {
                Resolve();
            }
            else
            {
                Finish();
                return;
            }
        }
    }

    public void Dispose() => _group.Dispose();

    private static string TextOf(RecordKey key) => System.Text.Encoding.UTF8.GetString(key.Bytes.Span);

    private void Handle(string key, int number)
    {
        if (_failures[(key, number)]-- > 0)
        {
            throw new InvalidOperationException("not yet");
        }

        Seen.GetOrAdd(key).Add(number);
    }

    private void Finish()
    {
        Assert.All(_lanes.Values, lane => Assert.Empty(lane.Records));
        // A discard of what was handled after all, for a crash came between, changes nothing.
        foreach (var (key, number) in _discarded.Where(gone => !Seen.GetOrAdd(gone.Key).Contains(gone.Number)))
        {
            Origin[key].Remove(number);
        }
    }

    // What was written arrives.
    private void Take()
    {
        for (; _taken < _group.Produced.Count; _taken++)
        {
            var record = _group.Produced[_taken];
            if (record.Topic == ParkedTopic)
            {
                Append(record);
            }
            else
            {
                // Two copies of one failure are one dead letter.
                Assert.Equal("orders.billing.dlt", record.Topic);
                if (_known.Add((record.Headers!["headrace-origin-offset"], record.Headers["headrace-redrives"])))
                {
                    _letters.Add(record);
                }
            }
        }
    }

    private void Append(OutgoingRecord record)
    {
        _logs[record.Topic].Add((record, false));
        Arrive(record, _logs[record.Topic].Count - 1, wasThere: false);
    }

    private void Arrive(OutgoingRecord outgoing, int offset, bool wasThere)
    {
        var record = Records.OfCopy(outgoing, offset);
        record.IsCopy = outgoing.Topic != "orders";
        if (outgoing.Topic == ParkedTopic)
        {
            _group.Companions.Of("orders").Single(topic => topic.Name == ParkedTopic).Arrived!(record, wasThere);
        }

        var key = (outgoing.Topic, TextOf(outgoing.Key));
        if (!_lanes.TryGetValue(key, out var lane))
        {
            _lanes.Add(key, lane = new());
        }

        lane.Records.Enqueue(record);
    }

    private async Task StepAsync(KeyValuePair<(string Topic, string Key), Lane> lane)
    {
        var record = lane.Value.Records.Peek();
        var crash = _crashes && _random.Next(8) == 0 ? _random.Next(3) : -1;
        var hasCrashed = crash == 2;
        _group.Refuse = copy =>
        {
            if (crash is not (0 or 1))
            {
                return null;
            }

            if (crash == 1)
            {
                // It is in the log, but nobody hears of it any more.
                _group.Produced.Add(copy);
            }

            (crash, hasCrashed) = (2, true);
            return new ProduceException("The process ended.", copy.Topic, -195, possiblyPersisted: true);
        };
        var settlement = await _group.HandleAsync(record);
        if (hasCrashed)
        {
            Crashes++;
            Take();
            Restart();
        }
        else if (settlement.IsSettled)
        {
            lane.Value.Records.Dequeue();
            _logs[lane.Key.Topic][(int)record.Offset] = (_logs[lane.Key.Topic][(int)record.Offset].Record, true);
        }
        else
        {
            lane.Value.Due = _group.Time.GetUtcNow() + settlement.Delay;
        }
    }

    private void Restart()
    {
        _lanes.Clear();
        _group.Companions.Of("orders").Single(topic => topic.Name == ParkedTopic).Opened!(3);
        foreach (var (topic, log) in _logs.OrderByDescending(log => log.Key == ParkedTopic))
        {
            for (var offset = 0; offset < log.Count; offset++)
            {
                if (!log[offset].IsSettled)
                {
                    Arrive(log[offset].Record, offset, wasThere: true);
                }
            }
        }
    }

    private void Resolve()
    {
        var letter = _letters[_random.Next(_letters.Count)];
        _letters.Remove(letter);
        var (headers, own) = (new RecordHeaders(), letter.Headers!.ToList().FindLastIndex(header => header.Name == "headrace-origin-topic"));
        headers.Add("headrace-redrives", $"{letter.Headers!["headrace-redrives"]}+");
        headers.AddRange(letter.Headers!.Skip(own));
        if (_random.Next(4) == 0)
        {
            headers.Add(RedriveHeaders.Action, RedriveHeaders.Discard);
            var order = System.Text.Json.JsonSerializer.Deserialize<OrderPlaced>(letter.Value!.Value.Span, System.Text.Json.JsonSerializerOptions.Web)!;
            _discarded.Add((order.OrderId, (int)order.Total));
        }

        Append(letter with { Topic = RedriveTopic, Headers = headers });
    }

    /// <summary>Numbers by key.</summary>
    public sealed class Lists : Dictionary<string, List<int>>
    {
        public List<int> GetOrAdd(string key) => TryGetValue(key, out var numbers) ? numbers : this[key] = [];
    }

    private sealed class Lane
    {
        public Queue<Record> Records { get; } = new();

        public DateTimeOffset Due { get => Records.Count > 0 ? field : DateTimeOffset.MaxValue; set; }

        public bool IsReady(DateTimeOffset now) => Records.Count > 0 && Due <= now;

        public void Wake() => Due = DateTimeOffset.MinValue;
    }
}
