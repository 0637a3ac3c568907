using Bunit;
using Coda.Core.Terminals;
using Coda.Web.Circuits;
using Coda.Web.Components.Layout;
using Coda.Web.Components.Terminals;
using Coda.Web.Tests.Hosting;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.JSInterop;
using MudBlazor.Services;

namespace Coda.Web.Tests.Components;

/// <summary>The component around a live terminal.</summary>
public sealed class TerminalViewTests : BunitContext
{
    private readonly CodaApp app = new(new Dictionary<string, string> { ["Terminals:Shell"] = "/bin/cat" });

    [Fact]
    public async Task A_visitor_who_leaves_while_the_page_is_made_leaves_no_viewer_behind()
    {
        AddServices();
        var module = JSInterop.SetupModule(name => name.Identifier == "import");
        var opened = module.SetupModule(call => call.Identifier == "open");
        var window = opened.Setup<TerminalWindow>("window");
        var closed = opened.SetupVoid("dispose");
        closed.SetVoidResult();

        var terminal = await OpenAsync();
        var view = Render<TerminalView>(parameters => parameters.Add(component => component.Terminal, terminal));
        await view.InvokeAsync(() =>
        {
            window.SetResult(new TerminalWindow(60, 20)); // the page's answer has come, and is handled after the visitor has left
            return view.Instance.DisposeAsync().AsTask();
        });
        await Waiting.UntilAsync(() => closed.Invocations.Count == 1);
        Assert.Empty(Services.GetRequiredService<CircuitTerminals>().Shown);
        Assert.Equal(TerminalSize.Default, terminal.Size);
    }

    [Fact]
    public async Task A_visitor_who_leaves_while_the_browsers_part_is_fetched_sees_no_failure()
    {
        AddServices();
        var browser = new SlowBrowser();
        Services.AddSingleton<IJSRuntime>(browser);
        var terminal = await OpenAsync();
        var page = Render<ErrorBoundary>(parameters => parameters
            .AddChildContent<TerminalView>(view => view.Add(component => component.Terminal, terminal))
            .Add(boundary => boundary.ErrorContent, failure => failure.ToString()));
        await Waiting.UntilAsync(() => browser.Calls.Contains("open"));
        await page.InvokeAsync(async () =>
        {
            var leaving = page.FindComponent<TerminalView>().Instance.DisposeAsync();
            browser.Fetched.SetResult();
            await leaving;
        });
        await page.InvokeAsync(() => { }); // behind whatever the view still had to do
        Assert.Equal(["import", "open", "dispose"], browser.Calls);
        Assert.DoesNotContain("Exception", page.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Output_that_cannot_be_read_is_said_and_no_viewer_is_left_behind()
    {
        AddServices();
        var module = JSInterop.SetupModule(name => name.Identifier == "import");
        var opened = module.SetupModule(call => call.Identifier == "open");
        opened.Mode = JSRuntimeMode.Loose;
        opened.Setup<TerminalWindow>("window").SetResult(new TerminalWindow(60, 20));
        var terminal = await OpenAsync();
        Directory.Delete(Path.Combine(app.Directory, "home", "recordings", terminal.Id.ToString()), recursive: true);
        await Services.GetRequiredService<CircuitConnection>().OnConnectionUpAsync(null!, Xunit.TestContext.Current.CancellationToken);
        var view = Render<TerminalView>(parameters => parameters.Add(component => component.Terminal, terminal));
        // What is shown already comes from memory; what follows it is read.
        await Waiting.UntilAsync(() => opened.Invocations["snapshot"].Count == 1);
        await terminal.WriteAsync(TestCaller.Owner, "hello"u8.ToArray(), Xunit.TestContext.Current.CancellationToken);
        view.WaitForAssertion(
            () => Assert.Contains("cannot be read", view.Markup, StringComparison.Ordinal), Waiting.Timeout);
        await view.InvokeAsync(() => view.Instance.DisposeAsync().AsTask());
        Assert.Empty(Services.GetRequiredService<CircuitTerminals>().Shown);
    }

    private void AddServices()
    {
        Services.AddMudServices();
        Services.AddSingleton(TimeProvider.System);
        Services.AddScoped<CircuitConnection>();
        Services.AddScoped<CircuitTerminals>();
        Services.AddScoped<Appearance>();
        Services.AddSingleton(TestCaller.OfCircuit());
        Services.AddSingleton(app.Services.GetRequiredService<Coda.Core.Uploads.UploadFolder>());
    }

    private async Task<Terminal> OpenAsync()
    {
        var opening = await app.Services.GetRequiredService<TerminalRegistry>().OpenShellAsync(
            TestCaller.Owner, TerminalSize.Default, ColorScheme.Dark, CancellationToken.None);
        return Assert.IsType<TerminalOpening.Opened>(opening).Terminal;
    }

    protected override async ValueTask DisposeAsyncCore()
    {
        await base.DisposeAsyncCore();
        await app.DisposeAsync();
    }

    /// <summary>A browser that answers at once, but for the end of a module's use, and whose only objects are itself.</summary>
    private sealed class SlowBrowser : IJSRuntime, IJSObjectReference
    {
        public TaskCompletionSource Fetched { get; } = new();

        public List<string> Calls { get; } = [];

        public ValueTask<T> InvokeAsync<T>(string identifier, object?[]? args) => InvokeAsync<T>(identifier, CancellationToken.None, args);

        public ValueTask<T> InvokeAsync<T>(string identifier, CancellationToken cancellationToken, object?[]? args)
        {
            Calls.Add(identifier);
            return typeof(T) == typeof(IJSObjectReference) ? new((T)(object)this) : new(default(T)!);
        }

        public ValueTask DisposeAsync() => new(Fetched.Task);
    }
}
