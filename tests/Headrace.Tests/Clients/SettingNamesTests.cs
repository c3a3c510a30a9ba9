using Headrace.Clients;

namespace Headrace.Tests.Clients;

public sealed class SettingNamesTests
{
    [Theory]
    [InlineData("sasl.password")]
    [InlineData("sasl_password")]
    [InlineData("SaslPassword")]
    public void A_setting_without_a_default_is_known_however_it_is_written(string written) => Assert.Equal("sasl.password", SettingNames.Find(written));

    [Theory]
    [InlineData("ssl.ca.location")]
    [InlineData("ssl.keystore.password")]
    [InlineData("group.instance.id")]
    [InlineData("sasl.oauthbearer.client.secret")]
    [InlineData("bootstrap.servers")]
    [InlineData("client.rack")]
    public void Settings_that_operators_need_are_known(string name) => Assert.Equal(name, SettingNames.Find(name));

    [Fact]
    public void What_the_library_does_not_know_is_not_a_setting() => Assert.Null(SettingNames.Find("dotnet.cancellation.delay.max.ms"));
}
