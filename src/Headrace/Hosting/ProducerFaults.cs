using System.Reflection;
using Headrace.Topology;
using Microsoft.Extensions.DependencyInjection;

namespace Headrace.Hosting;

/// <summary>What is wrong with the producers that code added.</summary>
internal static class ProducerFaults
{
    public static IEnumerable<string> Of(ClusterRegistration cluster, HeadraceRegistrations registrations, IServiceProvider services)
    {
        foreach (var same in cluster.Producers.GroupBy(producer => (producer.Message, producer.Topic)).Where(same => same.Count() > 1))
        {
            yield return $"AddProducer<{same.Key.Message.Name}>(\"{same.Key.Topic}\", …) is called {same.Count()} times, so only the first would count. Remove the others.";
        }

        foreach (var producer in cluster.Producers.DistinctBy(producer => (producer.Message, producer.Topic)))
        {
            if ((FaultOf(producer, cluster, registrations) ?? CreationFault(producer, services)) is { } fault)
            {
                yield return $"AddProducer<{producer.Message.Name}>(\"{producer.Topic}\", …) cannot be used: {fault}";
            }
        }
    }

    /// <summary>Services whose constructor takes a producer without saying which, where there are several.</summary>
    public static IEnumerable<string> Unnamed(HeadraceRegistrations registrations)
    {
        var ambiguous = registrations.Clusters.SelectMany(cluster => cluster.Producers)
            .GroupBy(producer => producer.Service)
            .Where(same => same.Select(producer => producer.Topic).Distinct().Count() > 1)
            .ToDictionary(same => same.Key, same => same.First().Message);
        if (ambiguous.Count == 0)
        {
            yield break;
        }

        foreach (var type in registrations.Services.Select(service => service.IsKeyedService ? service.KeyedImplementationType : service.ImplementationType).OfType<Type>().Distinct())
        {
            var parameters = type.GetConstructors().SelectMany(constructor => constructor.GetParameters());
            foreach (var parameter in parameters.Where(parameter => parameter.GetCustomAttribute<FromKeyedServicesAttribute>() is null))
            {
                if (ambiguous.TryGetValue(parameter.ParameterType, out var message))
                {
                    yield return $"{type.Name} takes '{parameter.Name}': {Unnamed(message, registrations)}";
                }
            }
        }
    }

    public static string Unnamed(Type message, HeadraceRegistrations registrations)
    {
        var topics = registrations.TopicsOf(message);
        return $"ITopicProducer<{message.Name}> has the topics {string.Join(" and ", topics)}, so its type alone does not say which. "
            + $"Inject it by name: [FromKeyedServices(\"{topics[0]}\")].";
    }

    private static string? FaultOf(ProducerRegistration producer, ClusterRegistration cluster, HeadraceRegistrations registrations)
    {
        if (OwnTopics.FaultOf(producer.Topic) is { } fault)
        {
            return $"it is no topic's name: {fault}. Correct it.";
        }

        return registrations.Clusters.FirstOrDefault(other => other != cluster && other.Producers.Exists(same => same.Message == producer.Message && same.Topic == producer.Topic)) is { } twin
            ? $"the cluster '{twin.Name}' produces the type to a topic of the same name, and the name is what it is injected by. Derive a message type for one of them."
            : null;
    }

    // The format refuses a type by throwing.
    private static string? CreationFault(ProducerRegistration producer, IServiceProvider services)
    {
        try
        {
            services.GetRequiredKeyedService(producer.Service, producer.Topic);
            return null;
        }
        catch (Exception error)
        {
            return error.Message;
        }
    }
}
