namespace Coda.Core.Tests.Hosting;

/// <summary>Who acts in tests.</summary>
internal static class TestCaller
{
    public static Caller Owner { get; } = new("owner@example.com", CallerRole.Owner, Authentication.Token);
}
