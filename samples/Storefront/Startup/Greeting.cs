namespace Storefront.Startup;

/// <summary>The line that says what runs where, once it does.</summary>
internal static class Greeting
{
    public static void GreetWhenStarted(this WebApplication app, StorefrontOptions options) => app.Lifetime.ApplicationStarted.Register(() =>
        app.Logger.LogInformation("Storefront listens on {Address} and runs {Roles}; Kafka is {Kafka}", app.Urls.First(), string.Join(", ", options.Roles), options.Kafka));
}
