using Headrace.Broker.Requests;
using Headrace.Broker.Wire;

namespace Headrace.Broker.Tests.Wire;

public sealed class DefinitionTests
{
    // An error code is an int16; a nullable place may be read where Kafka's own definition allows no null, since it is then never written.
    [Fact]
    public void Every_version_of_every_message_has_the_fields_of_Kafkas_own_definition()
    {
        var definitions = KafkaDefinitions.Find();
        Assert.SkipWhen(definitions is null, "Messages were not compared with Kafka's definitions: there is no Apache Kafka. Name its folder in HEADRACE_KAFKA_HOME.");

        var differences = new List<string>();
        foreach (var handler in new RequestTable().All)
        {
            if (definitions.FirstFlexible($"{handler.Key}Request") is var first && first != handler.FirstFlexible && first <= handler.MaxVersion)
            {
                differences.Add($"{handler.Key} is flexible from v{first}, not v{handler.FirstFlexible}");
            }

            for (int version = handler.FirstServed; version <= handler.MaxVersion; version++)
            {
                Compare($"{handler.Key}Request", handler.NewRequest(), version, handler.IsFlexible(version));
                Compare($"{handler.Key}Response", handler.NewResponse(), version, handler.IsFlexible(version));
            }
        }

        Assert.Empty(differences);

        void Compare(string name, IWireMessage message, int version, bool flexible)
        {
            var ours = new List<string>();
            var wire = new FieldList(ours, flexible);
            message.Walk(ref wire, version);
            if (!flexible)
            {
                ours.RemoveAll(field => field == "tags");
            }

            var theirs = definitions.FieldsOf(name, version);
            if (Form(ours) != Form(theirs))
            {
                differences.Add($"{name} v{version}{Environment.NewLine}  ours   {string.Join(' ', ours)}{Environment.NewLine}  Kafka  {string.Join(' ', theirs)}");
            }
        }
    }

    // A structure of one number, where structures have no tags, looks like the number alone.
    private static string Form(IEnumerable<string> fields) =>
        string.Join(' ', fields.Select(field => field == "{?" ? field : field.TrimEnd('?'))).Replace("[ int32 ]", "[]int32", StringComparison.Ordinal);
}
