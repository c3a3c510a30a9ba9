using Headrace;
using Storefront.Contracts;
using Storefront.Groups;
using Storefront.Page;
using Storefront.Shop;
using Storefront.Startup;
using Storefront.Status;

GroupRole[] groups =
[
    new("billing", [Topics.Orders], Billing.Map),
    new("notifications", [Topics.Orders, Topics.Users], Notifications.Map),
    new("analytics", [Analytics.Pattern], Analytics.Map),
];

if (new StorefrontCommand(groups).Parse(args, out var exitCode) is not { } options)
{
    return exitCode;
}

var builder = StorefrontBuilder.Create(options, groups);
builder.AddHeadrace("kafka")
    .UseFormat(options.Format)
    .AddProducer<OrderCreated>(Topics.Orders, key: order => order.CustomerId)
    .AddProducer<OrderCancelled>(Topics.Orders, key: cancellation => cancellation.CustomerId)
    .AddProducer<UserRegistered>(Topics.Users, key: user => user.CustomerId);

var app = builder.Build();
app.UseHeadraceProblemDetails();
app.MapStatus();
if (options.Runs(StorefrontOptions.ShopRole))
{
    app.MapShop();
    app.MapPage();
}

foreach (var group in groups.Where(group => options.Runs(group.Name)))
{
    group.Map(app);
}

app.GreetWhenStarted(options);
app.Run();
return Environment.ExitCode;
