using Microsoft.Extensions.DependencyInjection;

namespace Headrace;

/// <summary>How an application is started for a test.</summary>
public sealed class HeadraceAppOptions
{
    /// <summary>
    /// The program's command line, made of Kafka's address. Default: environment, content root, URL and <c>ConnectionStrings:kafka</c> as the hosts of .NET take them; a program with a command
    /// line of its own needs its own.
    /// </summary>
    public Func<string, string[]>? Arguments { get; set; }

    /// <summary>The environment in the default command line. Default <c>Development</c>.</summary>
    public string Environment { get; set; } = "Development";

    /// <summary>Configuration over the application's own.</summary>
    public IDictionary<string, string?> Configuration { get; } = new Dictionary<string, string?>();

    /// <summary>Changes the application's services, after all of its own were added: for stand-ins of what it calls.</summary>
    public Action<IServiceCollection>? ConfigureServices { get; set; }

    /// <summary>Sets the options of the development broker.</summary>
    public Action<DevBrokerOptions>? ConfigureBroker { get; set; }

    /// <summary>The <c>host:port</c> of a Kafka to use in place of a development broker of its own. Its topics outlive the test.</summary>
    public string? Kafka { get; set; }

    /// <summary>How long anything is waited for, in real time. Default 30 s.</summary>
    public TimeSpan Deadline { get; set; } = TimeSpan.FromSeconds(30);
}
