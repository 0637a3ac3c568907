using System.Net.Http.Headers;
using Coda.Core.Storage;
using Coda.Web.Security;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Coda.Web.Tests.Hosting;

/// <summary>The real server on a free loopback port, with a home of its own that goes when it goes.</summary>
public sealed class CodaApp : WebApplicationFactory<Program>
{
    private readonly Dictionary<string, string> settings;
    private readonly Action<IServiceCollection>? services;
    private readonly TemporaryDirectory? ownDirectory;

    /// <summary>Starts it.</summary>
    /// <param name="settings">Settings by variable (<c>CODA_TASK_TTL</c>) or key (<c>Tasks:LingerSeconds</c>).</param>
    /// <param name="directory">Holds home and projects; give the same again to restart on the same home. None = a temporary one.</param>
    /// <param name="services">Replaces services, such as the clock.</param>
    public CodaApp(
        IReadOnlyDictionary<string, string>? settings = null, string? directory = null, Action<IServiceCollection>? services = null)
    {
        Directory = directory ?? (ownDirectory = new TemporaryDirectory()).Path;
        this.services = services;
        this.settings = new Dictionary<string, string>
        {
            ["CODA_HOME"] = Path.Combine(Directory, "home"),
            ["Workspaces:WorkingDirectory"] = Path.Combine(Directory, "projects"),
            ["DATABRICKS_APP_PORT"] = "0",
        };
        foreach (var (key, value) in settings ?? new Dictionary<string, string>())
        {
            this.settings[key] = value;
        }

        UseKestrel();
        StartServer();
        Services.GetRequiredService<Core.Lifecycle>().Done.WaitAsync(Waiting.Timeout).GetAwaiter().GetResult();
        // Databricks mode listens everywhere, which is nowhere to connect to.
        ClientOptions.BaseAddress = new UriBuilder(ClientOptions.BaseAddress) { Host = "127.0.0.1" }.Uri;
    }

    /// <summary>For tests of the stop: cuts off nothing, so that a stop that ends was held up by nothing.</summary>
    public static void StopUnforced(IServiceCollection services) =>
        services.PostConfigure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromHours(1));

    /// <summary>Holds <c>home</c> and <c>projects</c>.</summary>
    public string Directory { get; }

    /// <summary>Where it listens, without a slash at the end.</summary>
    public string Url => ClientOptions.BaseAddress.ToString().TrimEnd('/');

    /// <summary>The bearer token of local mode.</summary>
    public string Token => File.ReadAllText(Services.GetRequiredService<CodaHome>().TokenPath).Trim();

    /// <summary>A client without any credentials; it follows no redirects and keeps no cookies.</summary>
    public HttpClient Stranger() =>
        new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }) { BaseAddress = ClientOptions.BaseAddress };

    /// <summary>A client that the gate admits.</summary>
    public HttpClient Owner()
    {
        var client = Stranger();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Token);
        return client;
    }

    /// <summary>A link that signs a browser in, with a code of its own; then go wherever the test goes.</summary>
    public string LoginLink() => Services.GetRequiredService<LoginLinks>().Create();

    /// <summary>The cookie a signed-in browser has: name and value.</summary>
    public (string Name, string Value) SignInCookie()
    {
        var context = new Microsoft.AspNetCore.Http.DefaultHttpContext();
        Services.GetRequiredService<SignInCookie>().Give(context, "local", LocalAuthenticator.CookieLifetime);
        var parts = context.Response.Headers.SetCookie.ToString().Split(';')[0].Split('=', 2);
        return (parts[0], parts[1]);
    }

    /// <inheritdoc />
    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        builder.UseEnvironment("Production");
        foreach (var (key, value) in settings)
        {
            builder.UseSetting(key, value);
        }

        if (services is not null)
        {
            builder.ConfigureServices(services);
        }
    }

    /// <inheritdoc />
    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await UntilHomeIsFreeAsync();
        ownDirectory?.Dispose();
    }

    // The program's own thread disposes of the services, perhaps still after this one has returned; its lock goes last.
    private async Task UntilHomeIsFreeAsync()
    {
        using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
        var path = Path.Combine(settings["CODA_HOME"], "lock");
        while (File.Exists(path))
        {
            try
            {
                using var free = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
                return;
            }
            catch (IOException)
            {
                await pace.WaitForNextTickAsync(TestContext.Current.CancellationToken);
            }
        }
    }
}
