using Headrace;
using Storefront.Contracts;

namespace Storefront.Startup;

/// <summary>Lets the cluster speak what --format says. Two types lie on the orders, so each has a subject of its own.</summary>
internal static class EventFormats
{
    public static HeadraceBuilder UseFormat(this HeadraceBuilder headrace, EventFormat format) => format switch
    {
        EventFormat.Avro => headrace.UseAvro(avro =>
        {
            avro.Subjects = SubjectStrategy.TopicRecord;
            avro.Fallback = new JsonFormat(ContractsJson.Default);          // what is still there of an earlier run
        }),
        EventFormat.Protobuf => headrace.UseProtobuf(protobuf =>
        {
            ContractsProtobuf.Convert(protobuf);
            protobuf.Subjects = SubjectStrategy.TopicRecord;
            protobuf.Fallback = new JsonFormat(ContractsJson.Default);
        }),
        _ => headrace.UseJson(ContractsJson.Default),
    };
}
