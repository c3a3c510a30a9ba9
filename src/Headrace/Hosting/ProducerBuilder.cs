namespace Headrace;

/// <summary>Says more of one producer. Made by <see cref="HeadraceBuilder.AddProducer{TMessage}"/>.</summary>
public sealed class ProducerBuilder
{
    internal ProducerBuilder()
    {
    }

    internal IMessageFormat? Format { get; private set; }

    /// <summary>What the bytes of its messages are. Default: as the cluster.</summary>
    public ProducerBuilder WriteAs(IMessageFormat format)
    {
        Format = format;
        return this;
    }
}
