namespace Headrace.Hosting;

/// <summary>A producer that code added: one message type on one topic.</summary>
/// <param name="Message">The message type.</param>
/// <param name="Service">The type to inject: <see cref="ITopicProducer{TMessage}"/> of the message.</param>
/// <param name="Topic">The topic's name; also the service's key.</param>
/// <param name="Format">What it writes; <see langword="null"/> when nothing was said.</param>
internal sealed record ProducerRegistration(Type Message, Type Service, string Topic, IMessageFormat? Format);
