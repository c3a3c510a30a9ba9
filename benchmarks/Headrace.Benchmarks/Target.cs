namespace Headrace.Benchmarks;

/// <summary>The broker a case runs on.</summary>
internal enum Target
{
    /// <summary>The dev broker, or the Apache Kafka of the command line.</summary>
    Chosen,

    /// <summary>The dev broker.</summary>
    DevBroker,

    /// <summary>A dev broker that keeps its data in a folder.</summary>
    DevBrokerInFolder,

    /// <summary>The Apache Kafka of the command line, or one that is started for the run.</summary>
    ApacheKafka,
}
