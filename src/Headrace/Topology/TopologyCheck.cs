using System.Text.RegularExpressions;
using Headrace.Formats;
using Headrace.Handlers;

namespace Headrace.Topology;

/// <summary>Checks everything that was mapped, collects every fault, and makes the models.</summary>
internal sealed class TopologyCheck
{
    private const int MostGroupName = 200;
    private readonly HeadraceTopology _topology;
    private readonly HandlerServices _services;
    private readonly ICollection<string> _faults;
    private readonly Func<string, IEnumerable<FailureOptions>> _failuresOf;

    public TopologyCheck(HeadraceTopology topology, HandlerServices services, ICollection<string> faults, Func<string, IEnumerable<FailureOptions>> failuresOf) =>
        (_topology, _services, _faults, _failuresOf) = (topology, services, faults, failuresOf);

    public IReadOnlyList<GroupModel> Run()
    {
        var models = new List<GroupModel>();
        foreach (var group in _topology.Groups)
        {
            var before = _faults.Count;
            Check(group);
            if (_faults.Count == before)
            {
                models.Add(Model(group));
            }
        }

        return models;
    }

    private void Check(ConsumerGroupBuilder group)
    {
        if (OwnTopics.FaultOf(group.Name) is { } fault)
        {
            _faults.Add($"Group '{group.Name}' ({group.Place}) cannot have this name: it becomes part of the names of its dead-letter topics, and {fault}. Rename the group.");
        }

        if (group.Name.Length > MostGroupName)
        {
            _faults.Add($"Group '{group.Name}' ({group.Place}) has a name of {group.Name.Length} characters: it becomes part of the names of its dead-letter topics, for which Kafka allows {OwnTopics.MaxLength}. Use at most {MostGroupName}.");
        }

        if (group.Topics.Count == 0)
        {
            _faults.Add($"Group '{group.Name}' ({group.Place}) maps no topic, so it would never consume anything. Call MapTopic on it, or remove it.");
        }

        if (group.OrderKept is not null && (group.Ordering != Ordering.ByKey || group.HasTransactions))
        {
            var other = group.HasTransactions ? "WithTransactions" : $"Ordering.{group.Ordering}";
            _faults.Add($"Group '{group.Name}' ({group.Place}) has WithOrderKept and {other}, which do not go together: what stands still is a key, and its records are parked at once. Leave one of them out.");
        }

        CheckFilters(group.Words, $"Group '{group.Name}' ({group.Place})");
        foreach (var topic in group.Topics)
        {
            Check(group, topic);
        }
    }

    private void Check(ConsumerGroupBuilder group, TopicBuilder topic)
    {
        var at = $"Group '{group.Name}' maps '{topic.Name}' ({topic.Place})";
        CheckName(group, topic, at);
        if (topic.Handlers.Count == 0)
        {
            _faults.Add($"{at} without a handler, so its records would all be unknown. Call On, OnTombstone or OnRecord on it, or remove it.");
        }

        if (topic.Handlers.FirstOrDefault(handler => handler.Kind == HandlerKind.Batch) is { } batch && topic.Handlers.Count > 1)
        {
            _faults.Add($"{at} with OnBatch ({batch.Place}) beside other handlers: records of a key would lose their order. Keep the one, or give the others a group of their own.");
        }

        if (group.HasTransactions && topic.Handlers.FirstOrDefault(handler => handler.Kind == HandlerKind.Batch) is { } ofMany)
        {
            _faults.Add($"{at} with OnBatch ({ofMany.Place}), and the group has WithTransactions: what a batch produces belongs to no single record. Handle records one by one, or leave the transactions out.");
        }

        if (group.OrderKept is not null && topic.Handlers.FirstOrDefault(handler => handler.Kind == HandlerKind.Batch) is { } batched)
        {
            _faults.Add($"{at} with OnBatch ({batched.Place}), and the group has WithOrderKept: records of a key are handled together there, so none can wait for another. Handle records one by one, or leave the order out.");
        }

        CheckFilters(topic.Words, at);
        CheckDuplicates(group, topic);
        foreach (var handler in topic.Handlers)
        {
            Check(group, topic, handler);
        }
    }

    private void CheckName(ConsumerGroupBuilder group, TopicBuilder topic, string at)
    {
        if (topic.IsPattern)
        {
            if (PatternFault(topic.Name) is { } broken)
            {
                _faults.Add($"{at}, which is not a regular expression: {broken} Correct it.");
            }

            return;
        }

        if (OwnTopics.FaultOf(topic.Name) is { } fault)
        {
            _faults.Add($"{at}, which cannot be a topic's name: {fault}. Correct it; for a pattern use MapTopics.");
            return;
        }

        var deadLetter = $"{topic.Name}.{group.Name}.dlt";
        if (deadLetter.Length > OwnTopics.MaxLength)
        {
            _faults.Add($"{at}, whose dead-letter topic '{deadLetter}' would have {deadLetter.Length} characters. Kafka allows {OwnTopics.MaxLength}. Choose a shorter group name.");
        }
    }

    private void CheckDuplicates(ConsumerGroupBuilder group, TopicBuilder topic)
    {
        var typed = topic.Handlers.Where(handler => handler.Source.MessageType is not null);
        foreach (var same in typed.GroupBy(handler => handler.Source.MessageType!).Where(handlers => handlers.Count() > 1))
        {
            AddTwice(same.Key.Name, [.. same]);
        }

        foreach (var kind in new[] { HandlerKind.Tombstone, HandlerKind.Record })
        {
            if (topic.Handlers.Where(handler => handler.Kind == kind).ToList() is { Count: > 1 } same)
            {
                AddTwice(kind == HandlerKind.Record ? "raw records" : "tombstones", same);
            }
        }

        var types = typed.Select(handler => handler.Source.MessageType!).Distinct();
        foreach (var same in types.GroupBy(MessageTypeName.Of).Where(types => types.Count() > 1))
        {
            _faults.Add(
                $"Group '{group.Name}' maps '{topic.Name}' for {string.Join(" and ", same.Select(type => type.FullName))}, which are both called '{same.Key}' on the wire. Give one of them [MessageType(\"…\")].");
        }

        void AddTwice(string what, IReadOnlyList<HandlerBuilder> same) => _faults.Add(
            $"Group '{group.Name}' maps '{topic.Name}' twice for {what} ({string.Join(" and ", same.Select(handler => handler.Place))}). A record can have only one handler per group. Remove one, or give the second its own group.");
    }

    private void Check(ConsumerGroupBuilder group, TopicBuilder topic, HandlerBuilder handler)
    {
        var at = $"The handler at {handler.Place} (group '{group.Name}', topic '{topic.Name}') cannot be used:";
        var found = handler.Source.FaultsOf(_services).ToList();
        found.AddRange(ResultFaults(handler));
        found.AddRange(handler.Batch?.Faults() ?? []);
        found.AddRange(PolicyOf(group, topic, handler).Faults());
        found.AddRange(handler.Words.Filters.Select(filter => filter.FaultOf(_services)).OfType<string>());
        if (handler.Source.MessageType is { } type && found.Count == 0)
        {
            found.AddRange(TypeFaults(group, topic, handler, type));
        }

        foreach (var fault in found)
        {
            _faults.Add($"{at} {fault}");
        }
    }

    private static IEnumerable<string> ResultFaults(HandlerBuilder handler)
    {
        // A position is what a produce returns, and a lambda of one expression returns it whether it is wanted or not.
        if (handler.Source.ResultType is { } result && result != typeof(RecordPosition) && handler.Destination is null)
        {
            yield return $"it returns {result.Name}, which goes nowhere. Add .ProduceTo(\"topic\"), or return nothing.";
        }

        if (handler is { Destination: { } output, Batch: not null })
        {
            yield return $"it handles batches and produces to '{output}', though a batch has no key for that. Take an ITopicProducer and produce in the handler.";
        }
        else if (handler.Destination is { } destination)
        {
            if (handler.Source.ResultType is null)
            {
                yield return $"it produces to '{destination}' but returns nothing. Return the message to produce, or remove ProduceTo.";
            }

            if (OwnTopics.FaultOf(destination) is { } fault)
            {
                yield return $"it produces to '{destination}', which cannot be a topic's name: {fault}. Correct it.";
            }
        }
    }

    // A format refuses a type by throwing: a serializer context that was not told of it, a schema that does not fit.
    private IEnumerable<string> TypeFaults(ConsumerGroupBuilder group, TopicBuilder topic, HandlerBuilder handler, Type type)
    {
        if (MessageTypeName.FaultOf(type) is { } fault)
        {
            yield return fault;
        }

        if (topic.Ignored.Contains(MessageTypeName.Of(type)))
        {
            yield return $"its type '{MessageTypeName.Of(type)}' is ignored on the topic. Remove the handler or the Ignore.";
        }

        var format = FormatOf(group, topic, handler);
        if (FormatFault(() => FormatTypes.CreateReader(format, type)) is { } unreadable)
        {
            yield return unreadable;
        }

        if (handler is { Destination: { } destination, Source.ResultType: { } result }
            && FormatFault(() => FormatTypes.CreateWriter(handler.ResultFormat ?? _topology.Format, result, destination)) is { } unwritable)
        {
            yield return unwritable;
        }
    }

    private static string? FormatFault(Action create)
    {
        try
        {
            create();
            return null;
        }
        catch (Exception error)
        {
            return error.Message;
        }
    }

    private static string? PatternFault(string pattern)
    {
        try
        {
            return new Regex(pattern) is null ? "" : null;
        }
        catch (ArgumentException error)
        {
            return error.Message;
        }
    }

    private void CheckFilters(LevelWords words, string at)
    {
        foreach (var fault in words.Filters.Select(filter => filter.FaultOf(_services)).OfType<string>())
        {
            _faults.Add($"{at} with a filter that cannot be used: {fault}");
        }
    }

    private GroupModel Model(ConsumerGroupBuilder group) => new()
    {
        Name = group.Name,
        Cluster = _topology.Cluster,
        Workers = group.Workers,
        WorkersBy = group.WorkersBy,
        Ordering = group.Ordering,
        StartAt = group.Start,
        IncludesOwnTopics = group.IncludesOwnTopics,
        HasTransactions = group.HasTransactions,
        OrderKept = group.OrderKept,
        Topics = [.. group.Topics.Select(topic => Model(group, topic))],
    };

    private TopicModel Model(ConsumerGroupBuilder group, TopicBuilder topic)
    {
        var handlers = topic.Handlers.Select(handler => Model(group, topic, handler)).ToList();
        return new()
        {
            Name = topic.Name,
            IsPattern = topic.IsPattern,
            Handlers = [.. handlers.Where(handler => handler.Kind is HandlerKind.Message or HandlerKind.Batch)],
            Tombstone = handlers.Find(handler => handler.Kind == HandlerKind.Tombstone),
            Raw = handlers.Find(handler => handler.Kind == HandlerKind.Record),
            RecordFilters = [group.Words.RecordFilters, topic.Words.RecordFilters],
            Ignored = topic.Ignored.ToHashSet(),
            UnknownTypes = topic.Words.UnknownTypes ?? group.Words.UnknownTypes ?? UnknownTypes.Skip,
            ResolveType = topic.Words.ResolveType ?? group.Words.ResolveType,
            Format = FormatOf(group, topic, null),
            Failures = PolicyOf(group, topic, null),
        };
    }

    private HandlerModel Model(ConsumerGroupBuilder group, TopicBuilder topic, HandlerBuilder handler) => new()
    {
        Name = handler.Name ?? handler.Source.Name,
        Kind = handler.Kind,
        Source = handler.Source,
        WireName = handler.Source.MessageType is { } type ? MessageTypeName.Of(type) : "",
        Destination = handler.Destination,
        Batch = handler.Batch,
        Validates = group.Words.Validates || topic.Words.Validates || handler.Words.Validates,
        Filters = [.. group.Words.Filters, .. topic.Words.Filters, .. handler.Words.Filters],
        Format = FormatOf(group, topic, handler),
        ResultFormat = handler.ResultFormat,
        Failures = PolicyOf(group, topic, handler),
    };

    private IMessageFormat FormatOf(ConsumerGroupBuilder group, TopicBuilder topic, HandlerBuilder? handler) =>
        handler?.Words.Format ?? topic.Words.Format ?? group.Words.Format ?? _topology.Format;

    // The nearest wins, setting by setting and exception type by exception type: each level changes what the one around it left. The configuration comes last.
    private FailurePolicy PolicyOf(ConsumerGroupBuilder group, TopicBuilder topic, HandlerBuilder? handler)
    {
        var policy = new FailurePolicy();
        foreach (var configure in group.Words.Failures.Concat(topic.Words.Failures).Concat(handler?.Words.Failures ?? []))
        {
            configure(policy);
        }

        foreach (var options in _failuresOf(group.Name))
        {
            options.ApplyTo(policy, handler?.Source.MessageType is { } type ? MessageTypeName.Of(type) : null);
        }

        return policy;
    }
}
