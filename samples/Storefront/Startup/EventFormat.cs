namespace Storefront.Startup;

/// <summary>What the shop's events are in Kafka.</summary>
internal enum EventFormat
{
    Json,
    Avro,
    Protobuf,
}
